from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions
from accounts.forms import clean_domain
from accounts.models import Department, Domain, Token, User
from core.api import StrictSerializer, paged, sent
from core.doors import SIGNED_IN, door
from core.permissions import require


class YouSerializer(StrictSerializer):
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=120)
    department = serializers.CharField(read_only=True, allow_null=True)
    is_administrator = serializers.BooleanField(read_only=True)
    can_create_events = serializers.BooleanField(read_only=True)


class KeySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=80)
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NewKeySerializer(KeySerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown this once")


class DomainSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)

    def validate_name(self, typed: str) -> str:
        return clean_domain(typed)


class DepartmentSerializer(StrictSerializer):
    slug = serializers.SlugField(read_only=True)
    name = serializers.CharField(max_length=120)
    domains = DomainSerializer(many=True, read_only=True)


class PersonSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    email = serializers.EmailField(read_only=True)
    department = serializers.CharField(read_only=True, allow_null=True)
    can_create_events = serializers.BooleanField(required=False)
    is_administrator = serializers.BooleanField(required=False)


@door(SIGNED_IN)
@extend_schema(methods=["GET"], operation_id="you_read", description="Your account", responses=YouSerializer)
@extend_schema(
    methods=["PATCH"],
    operation_id="you_change",
    description="Change your name",
    request=YouSerializer,
    responses=YouSerializer,
)
@api_view(["GET", "PATCH"])
def you(request: Request) -> Response:
    if request.method == "PATCH":
        body = sent(request, YouSerializer)
        actions.change_name(request.user, body["name"], by=request.user)
        request.user.refresh_from_db()
    return Response(YouSerializer(request.user).data)


@door("accounts.change")
@extend_schema(
    methods=["GET"],
    operation_id="keys_list",
    description="Your keys to this API",
    responses=KeySerializer(many=True),
)
@extend_schema(
    methods=["POST"],
    operation_id="keys_make",
    description="Make a key. Signed in as in a browser: a key makes no keys, or a leaked one would live on.",
    request=KeySerializer,
    responses={201: NewKeySerializer},
)
@api_view(["GET", "POST"])
def keys(request: Request) -> Response:
    if request.method == "GET":
        return paged(request, Token.objects.of(request.user).usable(), KeySerializer)
    if isinstance(request.auth, Token):
        raise PermissionDenied("Sign in as in a browser to make a key")
    body = sent(request, KeySerializer)
    token, secret = actions.make_key(request.user, body["name"], by=request.user)
    return Response(KeySerializer(token).data | {"secret": secret}, status=status.HTTP_201_CREATED)


@door("accounts.change")
@extend_schema(operation_id="keys_revoke", description="Revoke a key of yours", responses={204: None})
@api_view(["DELETE"])
def key(request: Request, pk: int) -> Response:
    token = get_object_or_404(Token.objects.of(request.user), pk=pk)
    actions.revoke_key(token, by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("accounts.administer")
@extend_schema(
    methods=["GET"],
    operation_id="departments_list",
    description="Departments and their e-mail domains",
    responses=DepartmentSerializer(many=True),
)
@extend_schema(
    methods=["POST"],
    operation_id="departments_add",
    description="Add a department",
    request=DepartmentSerializer,
    responses={201: DepartmentSerializer},
)
@api_view(["GET", "POST"])
def departments(request: Request) -> Response:
    require(request.user, "accounts.administer")
    if request.method == "GET":
        found = Department.objects.administered_by(request.user).prefetch_related("domains")
        return paged(request, found, DepartmentSerializer)
    body = sent(request, DepartmentSerializer)
    department = actions.add_department(body["name"], by=request.user)
    return Response(DepartmentSerializer(department).data, status=status.HTTP_201_CREATED)


@door("accounts.administer")
@extend_schema(
    operation_id="domains_add",
    description="Let the people of an e-mail domain sign up, as members of this department",
    request=DomainSerializer,
    responses={201: DomainSerializer},
)
@api_view(["POST"])
def domains(request: Request, department_slug: str) -> Response:
    found = Department.objects.administered_by(request.user)
    department = get_object_or_404(found, slug=department_slug)
    body = sent(request, DomainSerializer)
    domain = actions.add_domain(department, body["name"], by=request.user)
    return Response(DomainSerializer(domain).data, status=status.HTTP_201_CREATED)


@door("accounts.administer")
@extend_schema(
    operation_id="domains_remove", description="Let nobody new sign up from a domain", responses={204: None}
)
@api_view(["DELETE"])
def domain(request: Request, department_slug: str, pk: int) -> Response:
    found = Department.objects.administered_by(request.user)
    domain = get_object_or_404(Domain, department__in=found, department__slug=department_slug, pk=pk)
    actions.remove_domain(domain, by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)


@door("accounts.administer")
@extend_schema(
    operation_id="people_list",
    description="Everyone with an account",
    parameters=[OpenApiParameter("q", str, description="Part of a name or an address")],
    responses=PersonSerializer(many=True),
)
@api_view(["GET"])
def people(request: Request) -> Response:
    require(request.user, "accounts.administer")
    words = request.query_params.get("q", "")[:120].replace("\x00", "")
    found = User.objects.administered_by(request.user).matching(words).select_related("department")
    return paged(request, found, PersonSerializer)


@door("accounts.administer")
@extend_schema(
    operation_id="people_let",
    description="Let someone create events or administer the site, or stop them",
    request=PersonSerializer,
    responses=PersonSerializer,
)
@api_view(["PATCH"])
def person(request: Request, pk: int) -> Response:
    person = get_object_or_404(User.objects.administered_by(request.user), pk=pk)
    body = sent(request, PersonSerializer)
    actions.set_rights(person, body, by=request.user)
    person.refresh_from_db()
    return Response(PersonSerializer(person).data)
